// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.config.haproxy.HaproxyFiles;
import io.tandem.config.text.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How large the proxy's configuration is, by which the launcher chooses the proxy's heap. */
final class ProxyFiles {
    private ProxyFiles() {}

    /** Bytes of these files and directories now; what cannot be read counts nothing: who reads it for good will say so. */
    static long bytes(List<String> names) {
        return HaproxyFiles.expand(names, new Problems()).stream()
                .mapToLong(ProxyFiles::size)
                .sum();
    }

    private static long size(String file) {
        try {
            return Files.size(Path.of(file));
        } catch (IOException e) {
            return 0;
        }
    }
}
