"""Functions whose source goes into exported scripts. They import no hfmagic and are never imported when one is made."""
