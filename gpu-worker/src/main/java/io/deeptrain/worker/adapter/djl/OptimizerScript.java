package io.deeptrain.worker.adapter.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import io.deeptrain.worker.learning.Optimizer.Lamb;
import java.util.List;

/**
 * Optimizers as TorchScript methods that step any number of parameters in one call, and leave their gradients at zero.
 */
final class OptimizerScript {
    static final String CLIP = "clip";
    static final String DESCEND = "descend";
    static final String ADAPT = "adapt";
    private static final String UNSCALE = "unscale";

    private OptimizerScript() {}

    /**
     *
     *
     * <dl>
     *   <dt>{@code clip}
     *   <dd>scales gradients together, so that their norm is at most {@code most}
     *   <dt>{@code unscale}
     *   <dd>divides gradients by {@code factor} and answers 1, or sets them to zero and answers 0, if one is not finite
     *   <dt>{@code descend}
     *   <dd>{@link io.deeptrain.worker.learning.Optimizer.Momentum}
     *   <dt>{@code adapt}
     *   <dd>{@link Lamb}; with {@code layers} false, as its biases have it. The corrections undo the start from zero.
     * </dl>
     */
    @SuppressWarnings("MissingSummary") // The list says it.
    static String methods() {
        return """
                  def clip(self: __torch__.Net, gradients: List[Tensor], most: float) -> int:
                    norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(gradients, 2)), 2)
                    torch._foreach_mul_(gradients, torch.clamp(torch.mul(torch.reciprocal(torch.add(norm, 1e-06)), most), max=1.))
                    return 0
                  def unscale(self: __torch__.Net, gradients: List[Tensor], factor: float) -> int:
                    infinite = torch.zeros([1], dtype=6, layout=0, device=ops.prim.device(gradients[0]))
                    inverse = torch.reciprocal(torch.full([1], factor, dtype=6, layout=0, device=ops.prim.device(gradients[0])))
                    torch._amp_foreach_non_finite_check_and_unscale_(gradients, infinite, inverse)
                    if bool(torch.gt(infinite, 0.)):
                      torch._foreach_zero_(gradients)
                      usable = 0
                    else:
                      usable = 1
                    return usable
                  def descend(self: __torch__.Net, parameters: List[Tensor], gradients: List[Tensor], momentum: List[Tensor], rate: float, decay: float, inertia: float) -> int:
                    if torch.eq(inertia, 0.):
                      kept = annotate(List[Tensor], [])
                    else:
                      kept = momentum
                    torch._fused_sgd_(parameters, gradients, kept, weight_decay=decay, momentum=inertia, lr=rate, dampening=0., nesterov=False, maximize=False, is_first_step=False)
                    torch._foreach_zero_(gradients)
                    return 0
                  def adapt(self: __torch__.Net, parameters: List[Tensor], gradients: List[Tensor], mean: List[Tensor], variance: List[Tensor], rate: float, decay: float, layers: bool, mean_correction: float, variance_correction: float) -> int:
                    torch._foreach_mul_(mean, %1$s)
                    torch._foreach_add_(mean, gradients, alpha=%2$s)
                    torch._foreach_mul_(variance, %3$s)
                    torch._foreach_addcmul_(variance, gradients, gradients, %4$s)
                    divisors = torch._foreach_div(variance, variance_correction)
                    torch._foreach_sqrt_(divisors)
                    torch._foreach_add_(divisors, %5$s)
                    updates = torch._foreach_div(mean, mean_correction)
                    torch._foreach_div_(updates, divisors)
                    if layers:
                      torch._foreach_add_(updates, parameters, alpha=decay)
                      sizes = torch._foreach_norm(parameters, 2)
                      strides = torch._foreach_norm(updates, 2)
                      for n in range(torch.len(updates)):
                        usable = torch.gt(torch.mul(sizes[n], strides[n]), 0.)
                        trust = torch.where(usable, torch.div(sizes[n], strides[n]), torch.ones_like(sizes[n]))
                        u0 = torch.mul_(updates[n], trust)
                    else:
                      pass
                    torch._foreach_add_(parameters, updates, alpha=torch.neg(rate))
                    torch._foreach_zero_(gradients)
                    return 0
                """.formatted(
                Lamb.MEAN_STAYS, 1 - Lamb.MEAN_STAYS, Lamb.VARIANCE_STAYS, 1 - Lamb.VARIANCE_STAYS, Lamb.EPSILON);
    }

    /** Whether gradients are finite: then they are divided by the factor, else they are at zero. */
    static boolean unscale(PtSymbolBlock block, List<PtNDArray> gradients, float factor) {
        try (IValue list = ParameterGroup.list(gradients);
                IValue divisor = IValue.from((double) factor);
                IValue usable = IValueUtils.runMethod(block, UNSCALE, list, divisor)) {
            return usable.toLong() == 1;
        }
    }
}
