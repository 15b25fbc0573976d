@_exported public import VitalsMetrics
