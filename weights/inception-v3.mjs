// Turns the Inception-v3 of the npm package "nsfwjs" into what the worker starts from: a file of safetensors with the
// tensors named as in torchvision, and the licence of the package beside it. Usage: node inception-v3.mjs FOLDER, where
// FOLDER has the SHA-256 that the file must have. A file that has it is left as it is.
//
// The package holds the numbers as bytes, each layer with a scale and a lowest value of its own, in Keras's order of
// axes. The published network takes bytes divided by 255, the worker's takes (byte - MEAN) / DEVIATION: the first
// convolution and the normalisation after it are changed so that both see the same.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const MEAN = 125;
const DEVIATION = 63;
const PACKAGE = join(import.meta.dirname, "node_modules", "nsfwjs");

/** Of each convolution, in the order in which Keras numbers them, the worker's name. */
function names() {
    const square = (block) => [
        `${block}.branch1x1`,
        `${block}.branch5x5_1`,
        `${block}.branch5x5_2`,
        `${block}.branch3x3dbl_1`,
        `${block}.branch3x3dbl_2`,
        `${block}.branch3x3dbl_3`,
        `${block}.branch_pool`,
    ];
    const factorised = (block) => [
        `${block}.branch1x1`,
        ...[1, 2, 3].map((n) => `${block}.branch7x7_${n}`),
        ...[1, 2, 3, 4, 5].map((n) => `${block}.branch7x7dbl_${n}`),
        `${block}.branch_pool`,
    ];
    const expanded = (block) => [
        `${block}.branch1x1`,
        ...["1", "2a", "2b"].map((n) => `${block}.branch3x3_${n}`),
        ...["1", "2", "3a", "3b"].map((n) => `${block}.branch3x3dbl_${n}`),
        `${block}.branch_pool`,
    ];
    return [
        ...["1a_3x3", "2a_3x3", "2b_3x3", "3b_1x1", "4a_3x3"].map((layer) => `Conv2d_${layer}`),
        ...["Mixed_5b", "Mixed_5c", "Mixed_5d"].flatMap(square),
        "Mixed_6a.branch3x3",
        ...[1, 2, 3].map((n) => `Mixed_6a.branch3x3dbl_${n}`),
        ...["Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"].flatMap(factorised),
        ...[1, 2].map((n) => `Mixed_7a.branch3x3_${n}`),
        ...[1, 2, 3, 4].map((n) => `Mixed_7a.branch7x7x3_${n}`),
        ...["Mixed_7b", "Mixed_7c"].flatMap(expanded),
    ];
}

/** The package's tensors by name: { shape, values }. */
function published() {
    const require = createRequire(import.meta.url);
    const resolve = (file) => join(PACKAGE, "dist", "models", "inception_v3", `${file}.min.js`);
    const { weightsManifest } = require(resolve("model"));
    const tensors = new Map();
    for (const group of weightsManifest) {
        const bytes = Buffer.concat(group.paths.map((path) => Buffer.from(require(resolve(path)), "base64")));
        let offset = 0;
        for (const { name, shape, quantization } of group.weights) {
            if (quantization?.dtype !== "uint8") {
                throw new Error(`${name} is not of bytes: ${JSON.stringify(quantization)}`);
            }
            const size = shape.reduce((product, length) => product * length, 1);
            const values = Float32Array.from(
                bytes.subarray(offset, offset + size),
                (byte) => byte * quantization.scale + quantization.min,
            );
            tensors.set(name, { shape, values });
            offset += size;
        }
        if (offset !== bytes.length) {
            throw new Error(`${offset} of ${bytes.length} bytes are spoken of`);
        }
    }
    return tensors;
}

/** Rows, columns, in, out become out, in, rows, columns. */
function transposed({ shape: [rows, columns, inputs, outputs], values }) {
    const turned = new Float32Array(values.length);
    for (let position = 0; position < rows * columns; position++) {
        for (let input = 0; input < inputs; input++) {
            for (let output = 0; output < outputs; output++) {
                turned[(output * inputs + input) * rows * columns + position] =
                    values[(position * inputs + input) * outputs + output];
            }
        }
    }
    return { shape: [outputs, inputs, rows, columns], values: turned };
}

/** The first convolution for the worker's pixels, and the running mean that this moves. */
function forOurPixels(kernel, mean) {
    const perOutput = kernel.values.length / mean.length;
    mean.forEach((value, output) => {
        const own = kernel.values.subarray(output * perOutput, (output + 1) * perOutput);
        mean[output] = value - own.reduce((sum, weight) => sum + (weight * MEAN) / 255, 0);
        own.forEach((weight, index) => {
            own[index] = (weight * DEVIATION) / 255;
        });
    });
}

function converted(tensors) {
    const taken = (name) => {
        const tensor = tensors.get(name);
        if (!tensor) {
            throw new Error(`the package has no ${name}`);
        }
        return tensor;
    };
    const result = [];
    names().forEach((name, index) => {
        const kernel = transposed(taken(`conv2d_${index + 1}/kernel`));
        const normalisation = `batch_normalization_${index + 1}`;
        const mean = taken(`${normalisation}/moving_mean`).values;
        if (index === 0) {
            forOurPixels(kernel, mean);
        }
        const vector = (suffix, values) => result.push([`${name}.bn.${suffix}`, { shape: [values.length], values }]);
        result.push([`${name}.conv.weight`, kernel]);
        // Keras's network has no scales to learn.
        vector("weight", new Float32Array(mean.length).fill(1));
        vector("bias", taken(`${normalisation}/beta`).values);
        vector("running_mean", mean);
        vector("running_var", taken(`${normalisation}/moving_variance`).values);
    });
    return result;
}

function safetensors(tensors) {
    const header = {
        __metadata__: { source: 'npm "nsfwjs" 4.4.0, dist/models/inception_v3', license: "MIT", format: "pt" },
    };
    let offset = 0;
    for (const [name, { shape, values }] of tensors) {
        header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + values.byteLength] };
        offset += values.byteLength;
    }
    const json = Buffer.from(JSON.stringify(header));
    const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, " ")]);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(padded.length));
    const numbers = tensors.map(([, { values }]) => Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    return Buffer.concat([length, padded, ...numbers]);
}

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

const folder = join(process.argv[2], "nsfwjs-4.4.0");
const file = join(folder, "inception-v3.safetensors");
const pinned = readFileSync(`${file}.sha256`, "utf8").split(" ")[0];
if (!existsSync(file) || sha256(readFileSync(file)) !== pinned) {
    const weights = safetensors(converted(published()));
    const found = sha256(weights);
    if (found !== pinned) {
        throw new Error(`the conversion has the SHA-256 ${found}, not ${pinned}: nothing is written`);
    }
    copyFileSync(join(PACKAGE, "LICENSE"), join(folder, "LICENSE"));
    writeFileSync(file, weights);
}
