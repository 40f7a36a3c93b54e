// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A program to run.
 *
 * @param command its path or name, and its arguments
 * @param user runs it, or null for keepalived's default: {@code keepalived_script} if it exists, else this process's own
 * @param group null for the user's own
 */
public record Script(List<String> command, @Nullable String user, @Nullable String group) {
    public Script {
        command = List.copyOf(command);
    }
}
