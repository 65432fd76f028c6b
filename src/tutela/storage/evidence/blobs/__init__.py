"""Where encrypted bytes lie: files, or a store that speaks S3."""
