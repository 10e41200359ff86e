"""The contract server in aiohttp: aiohttp_app.py PORT"""
import sys

from aiohttp import web


async def hello(_):
    return web.Response(text="Hello, World!")


async def json(_):
    return web.json_response({"message": "Hello, World!"})


async def user(request):
    return web.Response(text=request.match_info["id"])


async def echo(request):
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    async for message in socket:
        await socket.send_bytes(message.data)
    return socket


app = web.Application()
app.add_routes([web.get("/", hello), web.get("/json", json), web.get("/users/{id}", user), web.get("/ws", echo)])
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None, backlog=4096)
