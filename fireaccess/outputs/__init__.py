"""What leaves the analysis: layers, sentences, files, maps."""
