'use strict';
// What every script is told by the test that runs it, and what all of them do.
const assert = require('node:assert/strict');

const {BASE, APP, PAT, PNG, SERVED} = process.env;
const calls = new Set(SERVED.split(','));

/** Whether this release serves a call. One that it does not must answer so; the scripts make it in either case. */
function isServed(call) {
    return calls.has(call);
}

function sleep(millis) {
    return new Promise(resolve => setTimeout(resolve, millis));
}

/** Asks again and again until the answer is the right one; the test that runs the script has the patience. */
async function until(ask, isRight) {
    for (;;) {
        const answer = await ask();
        if (isRight(answer)) {
            return answer;
        }
        await sleep(50);
    }
}

function run(journey) {
    journey().then(
        () => process.exit(0),
        failure => {
            const answer = failure && failure.response ? failure.response.data : failure && failure.data;
            console.error(failure, answer === undefined ? '' : JSON.stringify(answer));
            process.exit(1);
        });
}

module.exports = {assert, BASE, APP, PAT, PNG, isServed, until, run};
