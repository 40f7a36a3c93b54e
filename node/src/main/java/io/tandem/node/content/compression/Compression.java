// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.compression;

import java.util.List;

/**
 * What the {@code compression} lines of a proxy say. Immutable.
 *
 * @param algorithms the one preferred first: the last of the configuration, as with HAProxy
 * @param types how content types begin, in lower case; empty for any
 * @param offload whether servers do not get to see which encodings the client takes
 * @param minimumBytes a response known to be shorter stays as it is ({@code minsize-res})
 */
public record Compression(List<Algorithm> algorithms, List<byte[]> types, boolean offload, long minimumBytes) {
    public Compression {
        algorithms = List.copyOf(algorithms);
        types = List.copyOf(types);
    }
}
