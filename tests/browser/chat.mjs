import {becomes} from "./eventually.mjs";
import {scenario} from "./scenario.mjs";
import {Server} from "./server.mjs";

const plugins = ["chat"];
const lines = page => page.locator("#lines li").allTextContents();
const state = page => page.textContent("#state");

async function enter(page, name) {
    await page.getByLabel("your name").fill(name);
    await page.getByRole("button", {name: "Enter"}).click();
    await becomes(() => state(page), "in tea");
}

async function say(page, text) {
    await page.keyboard.type(text); // the field has the focus
    await page.keyboard.press("Enter");
}

export function chat() {
    scenario("who is on the chat's page hears all once across a reload", {plugins}, async ({server, open}) => {
        const ada = await open("/chat/tea");
        const bob = await open("/chat/tea");
        await enter(ada, "Ada");
        await enter(bob, "Bob");
        await say(ada, "one");
        for (const page of [ada, bob]) await becomes(() => lines(page), ["Ada: one"]);

        await server.reload("chat", 2);
        await say(bob, "<b>two</b>");
        for (const page of [ada, bob]) await becomes(() => lines(page), ["Ada: one", "Bob: <b>two</b>"]);
        const cleo = await open("/chat/tea");
        await enter(cleo, "Cleo");
        await say(cleo, "three");
        for (const page of [ada, bob, cleo])
            await becomes(() => lines(page), ["Ada: one", "Bob: <b>two</b>", "Cleo: three"]);

        const again = cleo.waitForEvent("websocket");
        await cleo.evaluate("socket.close()");
        await again;
        await becomes(() => state(cleo), "in tea");
        await becomes(() => lines(cleo), ["Ada: one", "Bob: <b>two</b>", "Cleo: three"]);
    });

    scenario("the chat's page says why a name is refused", {plugins}, async ({open}) => {
        const page = await open("/chat/tea");
        await page.getByRole("button", {name: "Enter"}).click();
        await becomes(() => state(page), "a name is one line of 1 to 40 bytes");
        await enter(page, "Ada");
    });

    const lost = {plugins, allowed: /^WebSocket connection to .* failed/};
    scenario("the chat's page comes back when the server does", lost, async ({server, open}) => {
        const page = await open("/chat/tea");
        await enter(page, "Ada");
        const {port} = server;
        const again = page.waitForEvent("websocket"); // from then on it says that it is connecting
        await server.stop();
        const other = await Server.start(plugins, "", {port});
        try {
            await again;
            await becomes(() => state(page), "in tea");
            await say(page, "here again");
            await becomes(async () => (await lines(page)).at(-1), "Ada: here again");
        } finally {
            await other.stop();
        }
    });
}
