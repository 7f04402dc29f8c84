'use strict';
// The published gRPC client of npm clarifai-nodejs-grpc 11.11.0 in its dynamic form, which speaks TLS only, through the
// journey that its authors test with.
const {ClarifaiStub, grpc} = require('clarifai-nodejs-grpc');
const {assert, BASE, APP, PAT, PNG, isServed, until, run} = require('./surroundings');

const OK = 10000;
const NOT_SERVED = 10040;

run(async () => {
    const stub = ClarifaiStub.grpc(BASE);
    const all = as(stub, PAT);
    const whose = {user_id: 'me'};

    const types = await all('ListModelTypes', {per_page: 1000});
    const type = types.model_types.find(one => one.model_type_fields.some(field =>
        field.path === 'train_info.params.template'
        && field.model_type_enum_options.some(option => option.id === 'classification_cifar10_v1')));
    assert.equal(type.id, 'visual-classifier');

    await all('PostApps', {user_app_id: whose, apps: [{id: APP, default_workflow_id: 'General'}]});
    const keys = await all('PostKeys', {
        user_app_id: whose, keys: [{description: 'journey', scopes: ['All'], apps: [{id: APP, user_id: 'me'}]}]
    });

    // From here on the key says whose app it is.
    const own = as(stub, keys.keys[0].id);
    const datasets = isServed('PostDatasets') ? ['d'] : [];
    await served(own, 'PostDatasets', {datasets: [{id: 'd'}]});

    const created = await own('PostModels', {
        models: [{id: 'm', model_type_id: type.id, output_info: {data: {concepts: [{id: 'cat'}, {id: 'dog'}]}}}]
    });
    assert.equal(created.model.model_version.status.code, 21102);

    const base64 = Buffer.from(PNG, 'base64');
    await own('PostInputs', {
        inputs: ['a', 'b', 'c'].map((id, at) => ({
            id,
            dataset_ids: datasets,
            data: {image: {base64}, concepts: [{id: at === 1 ? 'dog' : 'cat', value: 1}]}
        }))
    });
    for (const id of ['a', 'b', 'c']) {
        await until(() => own('GetInput', {input_id: id}), answer => answer.input.status.code === 30000);
    }
    const counts = (await own('GetInputCount', {})).counts;
    assert.equal(Number(counts.processed), 3);
    await served(own, 'PostAnnotations', {annotations: [{input_id: 'c', data: {concepts: [{id: 'dog', value: 1}]}}]});

    // A plain object, as the documentation shows it, never leaves this client; what arrives is a structure without fields.
    const lost = await own('PostModelVersions', {
        model_id: 'm', model_versions: [{train_info: {params: {template: 'nonsense'}}}]
    }, [OK, 21118]);
    assert.doesNotMatch(lost.status.details, /nonsense/);
    // Values of a kind that is written as in the contract arrive without any kind.
    const kindless = {fields: {template: {string_value: 'nonsense'}}};
    const shapeless = await own('PostModelVersions', {
        model_id: 'm', model_versions: [{train_info: {params: kindless}}]
    }, [OK, 21118]);
    assert.doesNotMatch(shapeless.status.details, /nonsense/);

    const params = {fields: {template: {stringValue: 'classification_cifar10_v1'}, num_epochs: {numberValue: 2}}};
    const training = await own('PostModelVersions', {model_id: 'm', model_versions: [{train_info: {params}}]});
    const version = training.model.model_version;
    assert.equal(version.status.code, 21103);
    await until(() => own('GetModelVersion', {model_id: 'm', version_id: version.id}), answer => {
        const code = answer.model_version.status.code;
        assert.ok([21100, 21101, 21103].includes(code), `the version is ${code}`);
        return code === 21100;
    });

    const predicted = await own('PostModelOutputs', {model_id: 'm', inputs: [{data: {image: {base64}}}]});
    assert.deepEqual(predicted.outputs[0].data.concepts.map(concept => concept.id), ['cat', 'dog']);
    assert.equal(predicted.outputs[0].model.model_version.id, version.id);

    await own('GetModel', {model_id: 'nothing'}, [21200]);
    await own('ListRunners', {}, [NOT_SERVED]);
    await all('DeleteApp', {user_app_id: {user_id: 'me', app_id: APP}});
    await all('GetApp', {user_app_id: {user_id: 'me', app_id: APP}}, [11101]);
});

/** A call under this key, whose answer must have one of these codes. */
function as(stub, key) {
    const metadata = new grpc.Metadata();
    metadata.set('authorization', `Key ${key}`);
    return (call, request, codes = [OK]) => new Promise((resolve, reject) =>
        stub[call](request, metadata, (failure, answer) => {
            if (failure) {
                reject(failure);
            } else if (!codes.includes(answer.status.code)) {
                reject(new Error(`${call}: ${JSON.stringify(answer.status)}`));
            } else {
                resolve(answer);
            }
        }));
}

async function served(make, call, request) {
    return make(call, request, [isServed(call) ? OK : NOT_SERVED]);
}
