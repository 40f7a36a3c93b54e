// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import java.util.List;

/**
 * A section of haproxy.cfg: its header and the lines below it, in file order.
 *
 * @param header the line that opens it, such as {@code frontend web}
 * @param lines the lines up to the next header
 */
public record Section(Line header, List<Line> lines) {
    public Section {
        lines = List.copyOf(lines);
    }

    /** {@code global}, {@code defaults}, {@code frontend}, … */
    public String kind() {
        return header.keyword();
    }

    /** The section's name, or the empty string. */
    public String name() {
        return header.text(1);
    }
}
