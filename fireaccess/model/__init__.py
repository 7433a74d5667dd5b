"""The words of the field as types: answers, norms, vehicles, schemas, errors."""
