# Leaves the parts of queries out that are for native histograms, whose functions MetricsQL does not have:
# sed -E -i -f deploy/victoria-metrics/classic.sed dashboards/*.json
s/ or histogram_(count|sum)\([a-z]+\([^()]*\)\)//g
