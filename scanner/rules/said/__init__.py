"""Rules and findings in words: what is asked, what was seen, pages of documentation, commands that show the evidence."""
