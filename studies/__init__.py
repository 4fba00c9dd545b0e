"""Studies shipped with tidegate, one TOML file each. Load one by name with `tidegate.Study.load`."""
