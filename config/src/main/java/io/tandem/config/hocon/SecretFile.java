// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A file that holds a secret: only its owner may read it. */
public final class SecretFile {
    /** The shortest cluster secret. */
    public static final int CLUSTER_SECRET_MIN_BYTES = 16;

    private static final int MAX_BYTES = 4096;
    private static final Set<PosixFilePermission> OWNER = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private SecretFile() {}

    /** What makes the file unfit, with the command that mends it. */
    public record Fault(String text, String remedy) {}

    /**
     * Looks at the file without telling anything of its content.
     *
     * @param minBytes the least length without the line end
     * @return null where all is well
     */
    public static @Nullable Fault check(Path file, int minBytes) {
        try {
            if (!Files.isRegularFile(file)) {
                return new Fault(
                        file + (Files.exists(file) ? " is not a regular file" : " does not exist"), create(file));
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (!OWNER.containsAll(permissions)) {
                return new Fault(file + " can be read or written by others than its owner", "chmod 600 " + file);
            }
            if (Files.size(file) > MAX_BYTES) {
                return new Fault(file + " is longer than " + MAX_BYTES + " bytes", create(file));
            }
            int length = read(file).length();
            return length >= minBytes
                    ? null
                    : new Fault(
                            file + " holds " + length + " bytes, at least " + minBytes + " are needed", create(file));
        } catch (IOException e) {
            return new Fault(file + " cannot be read (" + e.getClass().getSimpleName() + ")", "run as its owner");
        }
    }

    /** The content up to the end of its first line, one character a byte. */
    public static String read(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\n');
        String line = end < 0 ? text : text.substring(0, end);
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    private static String create(Path file) {
        return "(umask 077; openssl rand -hex 32 > " + file + ")";
    }
}
