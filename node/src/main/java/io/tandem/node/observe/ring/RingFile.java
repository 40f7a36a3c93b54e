// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.ring;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A ring in a mapped file ({@code backing-file}), so that its events outlive the process:
 *
 * <pre>
 *  0       8       16      24      32                     72
 *  | size  | (0)   | bytes | head  | of no meaning here   | events …
 * </pre>
 *
 * <p>Numbers are of the machine's order, as in HAProxy 2.6, whose tools read them. A file that holds events already becomes
 * {@code FILE.bak} when a ring comes into use.
 */
final class RingFile extends Store {
    private static final int HEADER = 72;
    private static final int PAGE = 4096;
    private static final int SIZE = 0;
    private static final int USED = 16;
    private static final int HEAD = 24;

    private final ByteBuffer file;

    private RingFile(ByteBuffer file) {
        super(file.slice(HEADER, file.capacity() - HEADER));
        this.file = file.order(ByteOrder.nativeOrder());
        this.file.putLong(SIZE, size());
    }

    /** Whole pages, as many as can be mapped at once. */
    private static int fileSize(int size) {
        long pages = ((long) size + PAGE - 1) / PAGE;
        return (int) Math.min(pages * PAGE, Integer.MAX_VALUE / PAGE * PAGE);
    }

    /** What is left for events of a ring of {@code size} bytes. */
    static int capacity(int size) {
        return fileSize(size) - HEADER;
    }

    @Override
    void extent(long head, long length) {
        file.putLong(USED, length);
        file.putLong(HEAD, head % size());
    }

    /** Why there could be no ring in that file, as the system says it; null if nothing speaks against it. */
    static @Nullable String complaint(String file) {
        Path path = Path.of(file);
        boolean there = Files.exists(path);
        try (FileChannel channel = channel(path)) {
            if (!there) {
                Files.delete(path);
            }
            return null;
        } catch (IOException e) {
            return reason(e);
        }
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "Permission denied";
        }
        String text = String.valueOf(e.getMessage());
        return text.substring(text.lastIndexOf(": ") < 0 ? 0 : text.lastIndexOf(": ") + 2);
    }

    /** Puts away what is there and makes a new file. */
    static RingFile open(String file, int size) throws IOException {
        Path path = Path.of(file);
        putAway(path);
        try (FileChannel channel = channel(path)) {
            return new RingFile(channel.map(FileChannel.MapMode.READ_WRITE, 0, fileSize(size)));
        }
    }

    /** As good as it goes: who does not want the second file takes the right to write into the directory away. */
    private static void putAway(Path path) {
        try {
            if (Files.exists(path) && Files.size(path) > 0) {
                Files.move(path, Path.of(path + ".bak"), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException stays) {
            // written over
        }
    }

    private static FileChannel channel(Path path) throws IOException {
        return FileChannel.open(
                path,
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
}
