// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The system's crypt(3): hashed passwords with all methods the host knows. Loaded on first use. Thread-safe; a call takes as long
 * as the method wants, milliseconds with most.
 */
public final class Crypt {
    /** {@code struct crypt_data} of the libraries there are, with room to spare: 128 KB in the oldest, 32 KB in libxcrypt. */
    private static final int STATE_BYTES = 132 * 1024;

    private static final int MAX_TEXT = 512;

    private static final @Nullable Crypt SYSTEM = load();

    private final CallContext signature = CallContext.getCallContext(
            Type.SINT64, new Type[] {Type.SINT64, Type.SINT64, Type.SINT64}, CallingConvention.DEFAULT, false);
    private final long function;
    private static final ThreadLocal<NativeBuffer> STATE = ThreadLocal.withInitial(() -> new NativeBuffer(STATE_BYTES));

    private Crypt(long function) {
        this.function = function;
    }

    private static @Nullable Crypt load() {
        for (String name : new String[] {"libcrypt.so.1", "libcrypt.so.2"}) {
            Library library = Library.getCachedInstance(name, Library.LAZY);
            long address = library == null ? 0 : library.getSymbolAddress("crypt_r");
            if (address != 0) {
                return new Crypt(address);
            }
        }
        return null;
    }

    /** Whether the host has the library. */
    public static boolean isAvailable() {
        return SYSTEM != null;
    }

    /**
     * The hash of a password.
     *
     * @param setting method and salt; a whole hash will do, its own part is read
     * @return null where the method is unknown, the setting is wrong or there is no library
     */
    public static @Nullable String hash(String password, String setting) {
        Crypt system = SYSTEM;
        return system == null || password.indexOf(0) >= 0 || setting.indexOf(0) >= 0
                ? null
                : system.call(password, setting);
    }

    private @Nullable String call(String password, String setting) {
        NativeBuffer key = text(password);
        NativeBuffer salt = text(setting);
        NativeBuffer data = STATE.get();
        long result =
                Invoker.getInstance().invokeN3(signature, function, key.address(), salt.address(), data.address());
        wipe(key);
        long offset = result - data.address();
        if (result == 0 || offset < 0 || offset >= STATE_BYTES - MAX_TEXT) {
            return null;
        }
        StringBuilder hash = new StringBuilder();
        ByteBuffer bytes = data.bytes();
        for (int at = (int) offset; hash.length() < MAX_TEXT && bytes.get(at) != 0; at++) {
            hash.append((char) (bytes.get(at) & 0xFF));
        }
        return hash.length() == 0 || hash.charAt(0) == '*' ? null : hash.toString();
    }

    /** A character a byte, as the configuration and requests have them. */
    private static NativeBuffer text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        NativeBuffer buffer = new NativeBuffer(bytes.length + 1);
        buffer.bytes().put(bytes).put((byte) 0).clear();
        return buffer;
    }

    private static void wipe(NativeBuffer buffer) {
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.bytes().put(i, (byte) 0);
        }
    }
}
