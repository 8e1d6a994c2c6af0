"""What a page is: panels, the choices in force, how a function becomes one."""
