package io.deeptrain.api.upload;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.upload.UploadParts.Part;
import io.deeptrain.api.upload.UploadParts.Placement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UploadPartsTest {
    private static final UploadParts SOME = new UploadParts(10, List.of(new Part(6, 2), new Part(0, 3)));

    @Test
    void parts_come_in_any_order_and_the_first_gap_is_where_to_go_on() {
        assertThat(SOME.firstMissing()).contains(3L);
        assertThat(SOME.percent()).isEqualTo(50);
        UploadParts more = after(SOME, new Part(3, 3));
        assertThat(more.firstMissing()).contains(8L);
        assertThat(after(more, new Part(8, 2)).firstMissing()).isEmpty();
        assertThat(new UploadParts(10, List.of()).firstMissing()).contains(0L);
    }

    @Test
    void a_part_may_come_again() {
        assertThat(SOME.place(new Part(6, 2))).isEqualTo(new Placement.Repeats());
    }

    @Test
    void a_part_that_overlaps_another_or_the_end_is_refused() {
        assertThat(reason(SOME, new Part(2, 2)))
                .contains("range_start is '2'", "must not overlap the part at 0 with 3 bytes");
        assertThat(reason(SOME, new Part(6, 1))).contains("must not overlap");
        assertThat(reason(SOME, new Part(8, 3))).contains("must end within the 10 bytes of the file");
        assertThat(reason(SOME, new Part(-1, 1))).contains("range_start is '-1'");
        assertThat(reason(SOME, new Part(Long.MAX_VALUE, 2))).contains("must end within");
        assertThat(reason(SOME, new Part(3, 0))).contains("must have at least one byte");
    }

    @Test
    void a_file_has_so_many_parts_and_no_more() {
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < UploadParts.PARTS_MAX - 1; i++) {
            parts.add(new Part(i, 1));
        }
        UploadParts almost = new UploadParts(UploadParts.BYTES_MAX, parts);
        UploadParts full = after(almost, new Part(UploadParts.PARTS_MAX, 1));
        assertThat(reason(full, new Part(UploadParts.PARTS_MAX + 1, 1))).contains("at most");
    }

    private static UploadParts after(UploadParts before, Part part) {
        assertThat(before.place(part)).isInstanceOf(Placement.Fits.class);
        return ((Placement.Fits) before.place(part)).after();
    }

    private static String reason(UploadParts before, Part part) {
        assertThat(before.place(part)).isInstanceOf(Placement.Refused.class);
        return ((Placement.Refused) before.place(part)).reason();
    }
}
