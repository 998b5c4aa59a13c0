"""How the installation is doing: health, metrics, backups, mail and audit as staff read them."""
