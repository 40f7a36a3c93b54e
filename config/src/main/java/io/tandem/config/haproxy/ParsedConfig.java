// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import io.tandem.config.text.Origin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All files of one load, in words.
 *
 * @param sections in the order of the files and of their lines
 * @param environment as the last line left it
 * @param files the names of the files read, in order, as problems show them
 * @param abortedAt where reading stopped for a mistake after which HAProxy reads nothing more; null when everything was read
 */
public record ParsedConfig(
        List<Section> sections, Environment environment, List<String> files, @Nullable Origin abortedAt) {
    public ParsedConfig {
        sections = List.copyOf(sections);
        files = List.copyOf(files);
    }
}
