// Waits for conditions that nobody announces.
import {setTimeout as sleep} from "node:timers/promises";

export const patience = 30_000; // milliseconds; for a busy machine

/** Returns as soon as `holds()`, which may be async, is true. Errors: what `problem()` says, when its time is over. */
export async function eventually(holds, problem) {
    const deadline = Date.now() + patience;
    while (!(await holds())) {
        if (Date.now() > deadline) throw new Error(await problem());
        await sleep(10);
    }
}

/** Waits until `read()` gives just that. */
export async function becomes(read, expected) {
    const wanted = JSON.stringify(expected);
    let last;
    await eventually(
        async () => (last = JSON.stringify(await read())) === wanted,
        () => `it is ${last} instead of ${wanted}`,
    );
}
