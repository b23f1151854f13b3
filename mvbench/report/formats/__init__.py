"""A run in the forms that papers, code hosts, spreadsheets and other harnesses take."""
