"""Write every generated page: `python -m tools.docs`."""

from tools.docs.pages import DOCS, generated_pages

if __name__ == "__main__":
    for name, text in generated_pages().items():
        page = DOCS / name
        if not page.exists() or page.read_text("utf-8") != text:
            page.write_text(text, "utf-8")
            print(f"wrote docs/{name}")
