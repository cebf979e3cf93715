"""An RTSP server for tests, run with the system's own python3 (Debian: python3-gi, gir1.2-gst-rtsp-server-1.0).

    /usr/bin/python3 rtsp_server.py FILE [--user USER --password PASSWORD [--digest]] [--silent] [--also FILE...]

Serves an H.264, H.265 (NAME.hevc.mp4) or MPEG-4 file, as it is, at rtsp://127.0.0.1:PORT/film and others at /NAME, and prints PORT on the
first line. Ends with its standard input.
"""

import argparse
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

PAYLOADERS = {
    ".hevc.mp4": "qtdemux ! h265parse config-interval=-1 ! rtph265pay name=pay0 pt=96",
    ".ts": "tsdemux ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96",
    ".mp4": "qtdemux ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96",
    ".avi": "avidemux ! mpeg4videoparse config-interval=-1 ! rtpmp4vpay name=pay0 pt=96 config-interval=1",
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--digest", action="store_true", help="ask for Digest authentication, not Basic")
    parser.add_argument("--also", nargs="*", default=[])
    parser.add_argument("--silent", action="store_true", help="accept the connection and send no picture")
    told = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    server.get_mount_points().add_factory("/film", _factory(told, told.file))
    for file in told.also:
        server.get_mount_points().add_factory("/" + file.rpartition("/")[2].partition(".")[0], _factory(told, file))
    if told.user:
        server.set_auth(_auth(told))
    server.attach(None)
    loop = GLib.MainLoop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    print(server.get_bound_port(), flush=True)  # noqa: T201
    loop.run()


def _factory(told: argparse.Namespace, file: str) -> GstRtspServer.RTSPMediaFactory:
    factory = GstRtspServer.RTSPMediaFactory()
    chain = next(value for suffix, value in PAYLOADERS.items() if file.endswith(suffix))
    hold = "! valve drop=true " if told.silent else ""
    factory.set_launch(f'( filesrc location="{file}" ! {chain.replace("! rtp", hold + "! rtp", 1)} )')
    factory.set_shared(False)
    if told.user:
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("viewer", "media.factory.access", True)
        permissions.add_permission_for_role("viewer", "media.factory.construct", True)
        factory.set_permissions(permissions)
    return factory


def _auth(told: argparse.Namespace) -> GstRtspServer.RTSPAuth:
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if told.digest:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(told.user, told.password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(told.user, told.password), token)
    return auth


if __name__ == "__main__":
    main()
