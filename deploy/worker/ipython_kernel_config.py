# Read by every Python kernel. It is in the image, because the home folder is empty at start and belongs to the user.
c = get_config()  # noqa: F821
c.InteractiveShellApp.exec_files = ["/opt/worker/keep_all_output.py", "/opt/worker/import_modules.py"]
