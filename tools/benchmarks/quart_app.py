"""The contract server in Quart, served by Hypercorn: quart_app.py PORT"""
import asyncio
import sys

from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, Response, websocket

app = Quart(__name__)


@app.get("/")
async def hello():
    return Response("Hello, World!", content_type="text/plain")


@app.get("/json")
async def json():
    return {"message": "Hello, World!"}


@app.get("/users/<id>")
async def user(id):
    return Response(id, content_type="text/plain")


@app.websocket("/ws")
async def echo():
    while True:
        await websocket.send(await websocket.receive())


config = Config()
config.bind = ["127.0.0.1:" + sys.argv[1]]
config.backlog = 4096
asyncio.run(serve(app, config))
