"""Professional-development registration and tracking for educational collaboratives."""
