"""A second, literal computation of SPEC §3 to §7, to hold the package against."""
