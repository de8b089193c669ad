"""The peers: one module each, with the settings that a search tries and the fit.

A fit returns a function from columns to raw log quantiles at 10, 50 and 90%, shape (n, 3). A method
without quantiles of its own gives its point three times: the conformal step, which adds the
quantiles of what such points miss by, makes an interval of it.
"""
