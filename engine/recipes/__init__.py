"""Commands that rebuild the weights in `assets/` from a folder of corpora; nothing at run time needs them."""
