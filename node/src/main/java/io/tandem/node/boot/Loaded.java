// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.model.ClusterConfig;
import io.tandem.config.text.Problems;
import io.tandem.node.language.Drafts;
import org.jspecify.annotations.Nullable;

/**
 * Files that have been read, line by line, before anything is built of them. Their words are forgotten: this lives as long as
 * the process.
 *
 * @param drafts what the lines said
 * @param problems found so far, in the order of the lines
 * @param cluster the other nodes, from tandem.conf, or null
 * @param weight bytes of the files, comments left out
 * @param gaveUp whether a mistake was found after which HAProxy reads no further
 */
record Loaded(Drafts drafts, Problems problems, @Nullable ClusterConfig cluster, long weight, boolean gaveUp) {
    ProcessSettings settings() {
        return drafts.global().facet(ProcessSettings.KEY);
    }
}
