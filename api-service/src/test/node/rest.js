'use strict';
// The published REST client, npm clarifai 2.9.1, through all of its calls on the way to a trained model.
const Clarifai = require('clarifai');
const {assert, BASE, PAT, APP, PNG, isServed, run} = require('./surroundings');

const TRAINED = 21100;
const UNTRAINED = 21102;

run(async () => {
    // This client cannot make apps or keys; with a user and an app it names both in every path.
    const app = new Clarifai.App({apiKey: PAT, apiEndpoint: BASE, userId: 'me', appId: APP});

    const created = await app.inputs.create([
        {id: 'a', base64: PNG, concepts: [{id: 'cat', value: true}, {id: 'dog', value: false}], metadata: {shelf: [1, 'x']}},
        {id: 'b?/ä', base64: PNG, concepts: [{id: 'dog', value: true}]},
        {base64: PNG, concepts: [{id: 'cat'}]}
    ]);
    assert.equal(created.length, 3);
    assert.equal(created[0].id, 'a');
    assert.deepEqual(created[0].rawData.data.concepts.map(concept => concept.value), [1, 0]);
    assert.deepEqual((await app.inputs.get('a')).rawData.data.metadata, {shelf: [1, 'x']});
    assert.equal((await app.inputs.get('b?/ä')).id, 'b?/ä');
    assert.equal((await app.inputs.list({page: 1, perPage: 2})).length, 2);
    assert.equal((await app.inputs.getStatus()).counts.processed, 3);
    await served('PatchInputs', async () => {
        const merged = await app.inputs.mergeConcepts({id: 'b?/ä', concepts: [{id: 'cat', value: false}]});
        assert.equal(merged[0].id, 'b?/ä');
    }, () => app.inputs.mergeConcepts({id: 'b?/ä', concepts: [{id: 'cat', value: false}]}));

    assert.deepEqual((await app.concepts.create([{id: 'owl', name: 'Owl'}, 'whois?%@'])).rawData.map(one => one.id), ['owl', 'whois?%@']);
    assert.equal((await app.concepts.get('owl')).name, 'Owl');
    assert.equal((await app.concepts.list()).length, 4);
    await served('PostConceptsSearches', async () => assert.equal((await app.concepts.search('ow*'))[0].id, 'owl'),
        () => app.concepts.search('ow*'));

    const model = await app.models.create(
        {
            id: 'legacy', name: 'Legacy', model_type_id: 'visual-classifier',
            train_info: {params: {template: 'classification_cifar10_v1', num_epochs: 2}}
        },
        ['cat', 'dog'],
        {closedEnvironment: true});
    assert.equal(model.modelVersion.status.code, UNTRAINED);
    assert.equal(model.rawData.model_type_id, 'visual-classifier');
    assert.equal((await app.models.get('legacy')).id, 'legacy');
    assert.ok((await app.models.list()).rawData.some(one => one.id === 'legacy'));
    await served('PostModelsSearches', async () => assert.equal((await app.models.search('Legacy')).rawData[0].id, 'legacy'),
        () => app.models.search('Legacy'));

    const trained = await app.models.train('legacy', true);
    assert.equal(trained.modelVersion.status.code, TRAINED);
    const version = trained.modelVersion.id;
    assert.equal((await app.models.getVersion('legacy', version)).model_version.status.code, TRAINED);
    assert.deepEqual((await app.models.getVersions('legacy')).model_versions.map(one => one.id), [version, model.modelVersion.id]);
    assert.deepEqual(
        (await app.models.getOutputInfo('legacy')).outputInfo.data.concepts.map(concept => concept.id), ['cat', 'dog']);

    for (const named of ['legacy', {id: 'legacy', version}]) {
        const predicted = await app.models.predict(named, [{base64: PNG}], {maxConcepts: 2, minValue: 0.01});
        assert.equal(predicted.status.description, 'Ok');
        assert.deepEqual(predicted.outputs[0].data.concepts.map(concept => concept.id), ['cat', 'dog']);
    }
    await served('PostSearches', async () => {
        const found = await app.inputs.search({concept: {id: 'cat', type: 'input'}});
        assert.ok(found.hits.some(hit => hit.input.id === 'a'));
    }, () => app.inputs.search({concept: {id: 'cat', type: 'input'}}));

    const nodes = {modelId: 'legacy', modelVersionId: version};
    await served('PostWorkflows', async () => {
        assert.equal(await app.workflow.create('flow', nodes), 'flow');
        const results = await app.workflow.predict('flow', {base64: PNG});
        assert.equal(results.results[0].outputs[0].data.concepts[0].id, 'cat');
        assert.ok((await app.workflows.list()).length >= 1);
        assert.equal((await app.workflow.delete('flow')).status.code, 10000);
    }, () => app.workflow.create('flow', nodes));

    await refused(app.models.get('nothing'), 404, 21200);
    await refused(new Clarifai.App({apiKey: 'wrong', apiEndpoint: BASE}).models.list(), 401, 11009);

    assert.equal((await app.models.delete('legacy', model.modelVersion.id)).status.code, 10000);
    await app.models.create('second');
    await app.models.create('third');
    assert.equal((await app.models.delete(['second', 'third'])).status.code, 10000);
    assert.equal((await app.models.delete('legacy')).status.code, 10000);
    await app.models.create('fourth');
    assert.equal((await app.models.delete()).status.code, 10000);
    assert.equal((await app.models.list()).length, 0);
    assert.equal((await app.inputs.delete('b?/ä')).data.status.code, 10000);
    assert.equal((await app.inputs.delete(['a'])).data.status.code, 10000);
    assert.equal((await app.inputs.getStatus()).counts.processed, 1);
    assert.equal((await app.inputs.delete()).data.status.code, 10000);
    assert.equal((await app.inputs.list()).length, 0);
});

/** Makes a call that this release serves, and hears from one that it does not that it is so. */
async function served(call, journey, probe) {
    await (isServed(call) ? journey() : refused(probe(), 501, 10040));
}

async function refused(promise, httpStatus, code) {
    let failure;
    try {
        await promise;
    } catch (caught) {
        failure = caught;
    }
    assert.ok(failure && failure.response, `was not refused with ${code}, but ${failure}`);
    assert.equal(failure.response.status, httpStatus);
    assert.equal(failure.response.data.status.code, code);
}
