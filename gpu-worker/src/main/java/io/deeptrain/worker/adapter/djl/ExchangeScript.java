package io.deeptrain.worker.adapter.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import io.deeptrain.worker.port.Learner.Share;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What ranks exchange after a backward pass, as one row of numbers: gradients, running statistics, the loss. Each is
 * weighted by the rank's share, so that the ranks' rows add up to the means.
 */
final class ExchangeScript {
    private static final String PACK = "pack";
    private static final String UNPACK = "unpack";

    private ExchangeScript() {}

    /**
     * The methods' text.
     *
     * @param statistics attributes of the class
     */
    static String methods(List<String> statistics) {
        return """
                  def pack(self: __torch__.Net, gradients: List[Tensor], loss: float, of_loss: float, of_images: float) -> Tensor:
                    parts = annotate(List[Tensor], [])
                    for n in range(torch.len(gradients)):
                      p0 = torch.append(parts, torch.mul(torch.reshape(gradients[n], [-1]), of_loss))
                %s    p2 = torch.append(parts, torch.full([1], torch.mul(loss, of_loss), dtype=6, layout=0, device=ops.prim.device(gradients[0])))
                    return torch.cat(parts)
                  def unpack(self: __torch__.Net, packed: Tensor, gradients: List[Tensor]) -> int:
                    at = 0
                    for n in range(torch.len(gradients)):
                      size = torch.numel(gradients[n])
                      c = torch.copy_(gradients[n], torch.reshape(torch.narrow(packed, 0, at, size), torch.size(gradients[n])))
                      at = torch.add(at, size)
                %s    return at
                """.formatted(
                        statistics.stream()
                                .map(name ->
                                        "    p1 = torch.append(parts, torch.mul(torch.reshape(self.%s, [-1]), of_images))%n"
                                                .formatted(name))
                                .collect(Collectors.joining()),
                        statistics.stream().map(name -> """
                                            size = torch.numel(self.%1$s)
                                            c = torch.copy_(self.%1$s, torch.reshape(torch.narrow(packed, 0, at, size), torch.size(self.%1$s)))
                                            at = torch.add(at, size)
                                        """.formatted(name)).collect(Collectors.joining()));
    }

    /** The row of this rank. */
    static NDArray pack(PtSymbolBlock block, PtNDManager step, List<PtNDArray> gradients, float loss, Share share) {
        try (IValue list = ParameterGroup.list(gradients);
                IValue value = IValue.from((double) loss);
                IValue ofLoss = IValue.from(share.loss());
                IValue ofImages = IValue.from(share.images());
                IValue row = IValueUtils.runMethod(block, PACK, list, value, ofLoss, ofImages)) {
            return row.toTensor(step);
        }
    }

    /** Puts the sums where the row came from, but for the loss. */
    static void unpack(PtSymbolBlock block, PtNDArray sums, List<PtNDArray> gradients) {
        ParameterGroup.run(block, UNPACK, List.of(IValue.from(sums), ParameterGroup.list(gradients)));
    }
}
