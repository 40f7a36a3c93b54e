// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.config.haproxy.Line;
import io.tandem.config.text.Origin;
import io.tandem.config.text.Word;
import io.tandem.node.frontend.listen.BindLine;
import io.tandem.node.frontend.listen.BindOption;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KeywordFamily;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.LineError;
import io.tandem.node.language.LoadContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads files of {@code crt-list} and single lines of them, by the rules of the bind options they may hold. */
final class CrtListReader {
    /** Bind options that a certificate may have for itself. */
    static final Set<String> OPTIONS = Set.of(
            "allow-0rtt",
            "alpn",
            "ca-file",
            "ca-verify-file",
            "ciphers",
            "ciphersuites",
            "crl-file",
            "curves",
            "ecdhe",
            "no-ca-names",
            "npn",
            "ocsp-update",
            "sigalgs",
            "ssl-max-ver",
            "ssl-min-ver",
            "verify");

    private static final Set<String> WITHOUT_ARGUMENT = Set.of("allow-0rtt", "no-ca-names");

    private static final int LONGEST_LINE = 65_535;

    private final CertificateStore store;
    private final LoadContext context;

    /** @param context whose keywords the options are, and whom their warnings are told */
    CrtListReader(CertificateStore store, LoadContext context) {
        this.store = store;
        this.context = context;
    }

    /**
     * Reads a whole file.
     *
     * @param warnings receives what is odd in it
     */
    CrtList read(String file, List<String> warnings) throws Certificate.Unusable {
        CrtList list = new CrtList(file, false);
        String text;
        try {
            text = Files.isDirectory(Path.of(file)) ? "" : Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            throw new Certificate.Unusable("cannot open file '" + file + "' : " + reason(file));
        }
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length - 1; i++) {
            if (lines[i].length() > LONGEST_LINE) {
                throw malformed(file, i + 1, "line too long, limit is " + LONGEST_LINE + " characters");
            }
            if (!CrtListLine.isBlank(lines[i])) {
                entries(file, i + 1, lines[i], warnings).forEach(list::add);
            }
        }
        if (!lines[lines.length - 1].isEmpty()) {
            String last = lines[lines.length - 1];
            throw last.length() > LONGEST_LINE
                    ? malformed(file, lines.length, "line too long, limit is " + LONGEST_LINE + " characters")
                    : malformed(
                            file,
                            lines.length,
                            "Missing LF on last line, file might have been truncated at position " + (last.length() + 1)
                                    + ".");
        }
        list.hasLines(lines.length - 1);
        return list;
    }

    private static String reason(String file) {
        return Files.exists(Path.of(file)) ? "Permission denied" : "No such file or directory";
    }

    /**
     * The entries of one line: several where it names a bundle.
     *
     * @param file what to call the place of the line
     */
    List<CrtList.Entry> entries(String file, int number, String text, List<String> warnings)
            throws Certificate.Unusable {
        CrtListLine line = parse(file, number, text);
        if (line.misplaced()) {
            warnings.add("parsing [" + file + ":" + number
                    + "]: malformated line, filters can't be between filename and options!");
        }
        Map<String, String> given = new LinkedHashMap<>();
        TlsSettings settings = settings(file, number, line, given);
        List<CrtList.Entry> entries = new ArrayList<>();
        try {
            for (StoredCertificate certificate : store.load(store.path(line.file()))) {
                entries.add(new CrtList.Entry(certificate, number, given, settings, line.filters()));
            }
        } catch (InvalidPathException impossible) {
            throw malformed(file, number, "no file can have the name at its beginning: is this a crt-list?");
        }
        return entries;
    }

    /** One line given by a command, whose certificate is in the store already. */
    CrtList.Entry given(String text, int number) throws Certificate.Unusable {
        CrtListLine line = parse("CLI", 1, text);
        Map<String, String> given = new LinkedHashMap<>();
        TlsSettings settings = settings("CLI", 1, line, given);
        StoredCertificate certificate = store.certificate(line.file());
        if (certificate == null) {
            throw new Certificate.Unusable("certificate '" + line.file() + "' does not exist!");
        }
        return new CrtList.Entry(certificate, number, given, settings, line.filters());
    }

    private static CrtListLine parse(String file, int number, String text) throws Certificate.Unusable {
        try {
            return CrtListLine.parse(text);
        } catch (CrtListLine.Malformed malformed) {
            throw malformed(file, number, malformed.text());
        }
    }

    private @Nullable TlsSettings settings(String file, int number, CrtListLine line, Map<String, String> given)
            throws Certificate.Unusable {
        if (line.options().isEmpty()) {
            return null;
        }
        Origin origin = new Origin(file, number, 1);
        Arguments words = new Arguments(
                new Line(line.options().stream()
                        .map(text -> new Word(text, origin))
                        .toList()),
                0,
                context);
        BindLine scratch = BindLine.detached(origin);
        while (words.hasNext()) {
            String name = words.next();
            Keyword<BindOption> option =
                    OPTIONS.contains(name) ? context.keywords().find(BindOption.class, name) : null;
            if (option == null) {
                boolean known = KnownKeywords.has(KeywordFamily.CRT_LIST_OPTION, name);
                throw malformed(file, number, known ? KnownKeywords.notSupported(name) : "unknown ssl keyword " + name);
            }
            String argument = "";
            if (!WITHOUT_ARGUMENT.contains(name)) {
                argument = words.peek();
                if (!words.hasNext()) {
                    throw malformed(file, number, "ssl args out of '[]' for " + name);
                }
            }
            try {
                option.meaning().apply(words, scratch);
            } catch (LineError error) {
                throw new Certificate.Unusable(error.text());
            }
            given.put(name, argument);
        }
        TlsSettings settings = scratch.facet(TlsSettings.KEY);
        settings.given = Set.copyOf(given.keySet());
        return settings;
    }

    private static Certificate.Unusable malformed(String file, int number, String text) {
        return new Certificate.Unusable("parsing [" + file + ":" + number + "]: " + text);
    }
}
