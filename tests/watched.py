"""What a process tells whoever watches over it."""

import http.client


def ask(port: int, path: str) -> tuple[int, str]:
    """Status and text at this port of this machine; 0 and nothing where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


def figure(port: int, name: str, process: str, part: str = "") -> str:
    """One figure as it is written; empty where it is not told."""
    wanted = f'{name}{{process="{process}"' + (f',part="{part}"' if part else "") + "} "
    lines = ask(port, "/metrics")[1].splitlines()
    return next((line.removeprefix(wanted) for line in lines if line.startswith(wanted)), "")
