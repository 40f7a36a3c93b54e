// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

/** One option of a {@code server} or {@code default-server} line (HAProxy manual 5.2). */
@FunctionalInterface
public interface ServerOption {
    /**
     * Takes the option's arguments and puts its meaning into {@code server}.
     *
     * @throws io.tandem.node.language.LineError worded as HAProxy's text behind {@code 'server be/srv' : }, without the
     *     final dot
     */
    void apply(io.tandem.node.language.Arguments line, ServerSettings server);
}
