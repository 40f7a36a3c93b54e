// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A certificate that nobody has to trust. */
public final class SelfSigned {
    private SelfSigned() {}

    /** Makes one by openssl; answers {@code NAME.pem}, the certificate and its key. */
    public static Path certificate(Path directory, String name) throws IOException, InterruptedException {
        Path key = directory.resolve(name + ".key");
        Path crt = directory.resolve(name + ".crt");
        Program.of(List.of(
                        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=%s -keyout %s -out %s"
                                .formatted(name, key, crt)
                                .split(" ", -1)))
                .succeed();
        return Files.writeString(directory.resolve(name + ".pem"), Files.readString(crt) + Files.readString(key));
    }
}
