"""The checks that come with envdoctor, one file each. The folder is searched; nothing is listed here."""
