'use strict';
// The same client in its static form, which speaks both with and without TLS.
const fs = require('node:fs');
const {grpc} = require('clarifai-nodejs-grpc');
const {V2Client} = require('clarifai-nodejs-grpc/proto/clarifai/api/service_grpc_pb');
const service = require('clarifai-nodejs-grpc/proto/clarifai/api/service_pb');
const resources = require('clarifai-nodejs-grpc/proto/clarifai/api/resources_pb');
const {Struct} = require('google-protobuf/google/protobuf/struct_pb');
const {assert, BASE, APP, PAT, PNG, isServed, until, run} = require('./surroundings');

const OK = 10000;
const NOT_SERVED = 10040;

run(async () => {
    const authority = process.env.AUTHORITY;
    const client = new V2Client(
        BASE, authority ? grpc.credentials.createSsl(fs.readFileSync(authority)) : grpc.credentials.createInsecure());
    const all = as(client, PAT);
    const user = new resources.UserAppIDSet().setUserId('me');
    const whose = new resources.UserAppIDSet().setUserId('me').setAppId(APP);

    await all('postApps', new service.PostAppsRequest().setUserAppId(user).setAppsList([new resources.App().setId(APP)]));
    const keys = await all('postKeys', new service.PostKeysRequest().setUserAppId(user).setKeysList([
        new resources.Key().setScopesList(['All']).setAppsList([new resources.App().setId(APP).setUserId('me')])
    ]));
    const own = as(client, keys.getKeysList()[0].getId());

    await own('postDatasets', new service.PostDatasetsRequest().setDatasetsList([new resources.Dataset().setId('d')]),
        [isServed('PostDatasets') ? OK : NOT_SERVED]);
    const trainInfo = new resources.TrainInfo().setParams(
        Struct.fromJavaScript({template: 'classification_cifar10_v1', num_epochs: 2}));
    const outputInfo = new resources.OutputInfo().setData(new resources.Data().setConceptsList(concepts('cat', 'dog')));
    await own('postModels', new service.PostModelsRequest().setModelsList([
        new resources.Model().setId('m').setModelTypeId('visual-classifier').setOutputInfo(outputInfo)
    ]));
    const posted = await own('postInputs', new service.PostInputsRequest().setInputsList(['cat', 'dog'].map(concept =>
        new resources.Input().setId(concept).setData(new resources.Data()
            .setImage(new resources.Image().setBase64(PNG)).setConceptsList(concepts(concept))))));
    assert.equal(posted.getInputsList().length, 2);
    await until(() => own('getInput', new service.GetInputRequest().setInputId('cat')),
        answer => answer.getInput().getStatus().getCode() === 30000);
    await own('postAnnotations', new service.PostAnnotationsRequest().setAnnotationsList([
        new resources.Annotation().setInputId('cat').setData(new resources.Data().setConceptsList(concepts('cat')))
    ]), [isServed('PostAnnotations') ? OK : NOT_SERVED]);

    const training = await own('postModelVersions', new service.PostModelVersionsRequest().setModelId('m')
        .setModelVersionsList([new resources.ModelVersion().setTrainInfo(trainInfo)]));
    const version = training.getModel().getModelVersion().getId();
    await until(
        () => own('getModelVersion', new service.GetModelVersionRequest().setModelId('m').setVersionId(version)),
        answer => answer.getModelVersion().getStatus().getCode() === 21100);

    const predicted = await own('postModelOutputs', new service.PostModelOutputsRequest().setModelId('m')
        .setVersionId(version).setInputsList([
            new resources.Input().setData(new resources.Data().setImage(new resources.Image().setBase64(PNG)))
        ]));
    assert.deepEqual(
        predicted.getOutputsList()[0].getData().getConceptsList().map(concept => concept.getId()), ['cat', 'dog']);

    await own('getModel', new service.GetModelRequest().setModelId('nothing'), [21200]);
    await all('deleteApp', new service.DeleteAppRequest().setUserAppId(whose));
});

function concepts(...ids) {
    return ids.map(id => new resources.Concept().setId(id).setValue(1));
}

/** A call under this key, whose answer must have one of these codes. */
function as(client, key) {
    const metadata = new grpc.Metadata();
    metadata.set('authorization', `Key ${key}`);
    return (call, request, codes = [OK]) => new Promise((resolve, reject) =>
        client[call](request, metadata, (failure, answer) => {
            if (failure) {
                reject(failure);
            } else if (!codes.includes(answer.getStatus().getCode())) {
                reject(new Error(`${call}: ${JSON.stringify(answer.getStatus().toObject())}`));
            } else {
                resolve(answer);
            }
        }));
}
