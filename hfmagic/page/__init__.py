"""What the page asks the kernel and what it is shown: the sidebar, the inline picker, and the line between them."""
