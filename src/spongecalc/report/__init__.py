"""From a review to what people read: result tables and the report page."""
