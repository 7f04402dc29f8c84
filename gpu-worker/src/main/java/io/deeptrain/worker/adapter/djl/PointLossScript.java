package io.deeptrain.worker.adapter.djl;

import io.deeptrain.worker.detection.Points;
import io.deeptrain.worker.network.Fcos;
import io.deeptrain.worker.network.FeaturePyramid;
import io.deeptrain.worker.network.Network;

/**
 * The loss of an anchor-free detector, Tian et al. 2019, as TorchScript statements: the focal loss of all points'
 * scores; of the points that have an object, the generalised intersection over union of the boxes (Rezatofighi et al.
 * 2019) and the cross entropy of the centre-nesses. All are divided by how many those points are.
 *
 * <p>The paper weighs each box by its centre-ness and divides by their sum; here boxes weigh the same, so that the
 * parts of a batch that several devices learn from add up to the whole.
 */
final class PointLossScript {
    private static final double LOGARITHM_MAX = Math.log(Points.FARTHEST);

    private PointLossScript() {}

    static String of(Network network) {
        int concepts = DenseLossScript.channels(network, FeaturePyramid.classes(FeaturePyramid.LEVELS.getFirst()));
        return """
                    scores = torch.reshape(%s, [-1, %d])
                    boxes = torch.reshape(%s, [-1, 4])
                    centres = torch.reshape(%s, [-1])
                    wanted = torch.reshape(targets, [-1, 6])
                %s    found = torch.exp(torch.clamp_max(torch.index_select(boxes, 0, objects), %s))
                    known = torch.index_select(wanted, 0, objects)
                    there = torch.narrow(known, 1, 1, 4)
                    found_sides = torch.add(torch.narrow(found, 1, 0, 2), torch.narrow(found, 1, 2, 2))
                    there_sides = torch.add(torch.narrow(there, 1, 0, 2), torch.narrow(there, 1, 2, 2))
                    least = torch.minimum(found, there)
                    most = torch.maximum(found, there)
                    shared_sides = torch.add(torch.narrow(least, 1, 0, 2), torch.narrow(least, 1, 2, 2))
                    hull_sides = torch.add(torch.narrow(most, 1, 0, 2), torch.narrow(most, 1, 2, 2))
                    found_area = torch.mul(torch.select(found_sides, 1, 0), torch.select(found_sides, 1, 1))
                    there_area = torch.mul(torch.select(there_sides, 1, 0), torch.select(there_sides, 1, 1))
                    shared = torch.mul(torch.select(shared_sides, 1, 0), torch.select(shared_sides, 1, 1))
                    hull = torch.mul(torch.select(hull_sides, 1, 0), torch.select(hull_sides, 1, 1))
                    union = torch.sub(torch.add(found_area, there_area), shared)
                    overlap = torch.sub(torch.div(shared, union), torch.div(torch.sub(hull, union), hull))
                    placing = torch.sum(torch.rsub(overlap, 1))
                    centre = torch.index_select(centres, 0, objects)
                    centring = torch.binary_cross_entropy_with_logits(centre, torch.select(known, 1, 5), None, None, 2)
                    return torch.div(torch.add(torch.add(telling, placing), centring), count)
                """.formatted(
                        DenseLossScript.joined(network, FeaturePyramid::classes, concepts),
                        concepts,
                        DenseLossScript.joined(network, FeaturePyramid::boxes, Points.NUMBERS),
                        DenseLossScript.joined(network, Fcos::centres, 1),
                        DenseLossScript.telling(concepts, true),
                        LOGARITHM_MAX);
    }
}
