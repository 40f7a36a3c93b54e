// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Which files beside a certificate's are looked for: {@code ssl-load-extra-files} and {@code ssl-load-extra-del-ext}. */
final class ExtraFiles {
    /** A kind of file beside a certificate's. */
    enum Kind {
        BUNDLE,
        SCTL,
        OCSP,
        ISSUER,
        KEY;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        String suffix() {
            return "." + word();
        }

        static Optional<Kind> named(String word) {
            return List.of(values()).stream()
                    .filter(kind -> kind.word().equals(word))
                    .findFirst();
        }
    }

    /** The suffixes of a bundle's members, in the order they are tried. */
    static final List<String> BUNDLE_SUFFIXES = List.of(".dsa", ".ecdsa", ".rsa");

    private Set<Kind> kinds = EnumSet.allOf(Kind.class);
    private boolean replacesExtension;

    void only(Set<Kind> wanted) {
        kinds = wanted.isEmpty() ? EnumSet.noneOf(Kind.class) : EnumSet.copyOf(wanted);
    }

    void replaceExtension() {
        replacesExtension = true;
    }

    boolean has(Kind kind) {
        return kinds.contains(kind);
    }

    /** Where the file of {@code kind} beside {@code file} would be. */
    String beside(String file, Kind kind) {
        boolean replace = replacesExtension && file.endsWith(".crt");
        return (replace ? file.substring(0, file.length() - ".crt".length()) : file) + kind.suffix();
    }
}
