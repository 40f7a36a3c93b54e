// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads {@code track_file} blocks, which older files call {@code vrrp_track_file}. */
final class TrackFileReader {
    static final int MAX_WEIGHT = 254;

    private final Findings findings;
    private final Keywords<Draft> keywords;

    private static final class Draft {
        final String name;
        int weight = 1;
        boolean reverse;
        boolean overwrite;

        @Nullable String file;

        @Nullable Integer initial;

        Draft(String name) {
            this.name = name;
        }
    }

    TrackFileReader(Findings findings) {
        this.findings = findings;
        Values values = new Values(findings);
        this.keywords = new Keywords<Draft>(findings)
                .on("file", (draft, s) -> {
                    if (s.parameters() == 0) {
                        findings.error(s.origin(), "track file file name missing");
                    } else {
                        draft.file = s.parameter(1);
                    }
                })
                .onParameter("weight", (draft, s) -> {
                    Integer weight = values.signed(s, 1, -MAX_WEIGHT, MAX_WEIGHT);
                    if (weight == null) {
                        findings.error(
                                s.origin(),
                                "Weight (" + s.parameter(1) + ") for track_file " + draft.name
                                        + " must be between [-254..254] inclusive. Ignoring...");
                    } else {
                        draft.weight = weight;
                        draft.reverse = values.reverse(s, 2, "track_file " + draft.name);
                    }
                })
                .on("init_file", (draft, s) -> initial(values, draft, s));
    }

    private void initial(Values values, Draft draft, Statement s) {
        draft.initial = 0;
        for (int i = 1; i <= s.parameters(); i++) {
            if (s.parameter(i).equals("overwrite")) {
                draft.overwrite = true;
                continue;
            }
            Integer number = values.integer(s, i, Integer.MIN_VALUE, Integer.MAX_VALUE);
            if (number == null) {
                findings.error(s.origin(), "Unknown track file init option " + s.parameter(i));
            } else {
                draft.initial = number;
            }
        }
    }

    /** The file, or null with a complaint where the block names none. */
    @Nullable TrackFile read(Statement block) {
        Draft draft = new Draft(block.parameter(1));
        keywords.apply(draft, block.body());
        if (draft.file == null) {
            findings.error(block.origin(), "No file set for track_file " + draft.name + " - ignoring");
            return null;
        }
        Path path = Values.path(draft.file);
        if (path == null) {
            findings.error(block.origin(), "track_file " + draft.name + ": no name of a file");
            return null;
        }
        return new TrackFile(draft.name, path, draft.weight, draft.reverse, draft.initial, draft.overwrite);
    }
}
