"""Aide: answers in French, written in Markdown under templates/faq/articles, the same for everybody."""
