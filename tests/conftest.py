"""Before anything is imported: tests call nobody, as every process of the mill."""

from tasks.stage import quiet_environment

quiet_environment()
