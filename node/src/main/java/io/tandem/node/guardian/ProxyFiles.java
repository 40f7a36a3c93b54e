// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.config.haproxy.HaproxyFiles;
import io.tandem.config.hocon.TandemConf;
import io.tandem.config.model.NodeConfig;
import io.tandem.config.text.Problems;
import io.tandem.node.socket.HostName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How large the proxy's configuration is, by which the launcher chooses the proxy's heap. */
final class ProxyFiles {
    private ProxyFiles() {}

    /** Bytes of the files that the command line and the tandem.conf on it name now; what cannot be read counts nothing. */
    static long bytes(GuardianOptions options, Map<String, String> environment) {
        List<String> files = new ArrayList<>();
        Problems unheard = new Problems(); // whoever reads them for good says them
        for (Path file : options.files()) {
            if (file.toString().endsWith(".conf") && !GuardianConfig.isKeepalived(file)) {
                NodeConfig node = TandemConf.load(file, environment, HostName.orGiven(options.localName()), unheard);
                if (node != null) {
                    node.proxyFiles().forEach(proxyFile -> files.add(proxyFile.toString()));
                }
            } else {
                files.add(file.toString());
            }
        }
        return HaproxyFiles.expand(files, unheard).stream()
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
